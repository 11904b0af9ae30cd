/** The journal's records: the only things that change durable state, and their binary form. */
package io.sluice.broker.record;
