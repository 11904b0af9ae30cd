/** Bodies of large messages, one file each. */
package io.sluice.storage.large;
