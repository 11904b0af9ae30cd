/** Why messages are, or are not, on their way: the answers to an administrator who asks. Facts only; the words are the front end's. */
package io.sluice.broker.explain;
