/** JSON Web Tokens: the only place that knows Nimbus JOSE. Loaded only where {@code security.tokens.jwt} has keys. */
package io.sluice.server.tokens;
