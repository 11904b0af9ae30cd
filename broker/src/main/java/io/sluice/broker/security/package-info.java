/** Who a peer is. Pure rules; where credentials come from is the composition's business. */
package io.sluice.broker.security;
