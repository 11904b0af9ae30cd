/** Qpid Proton's Python binding as Debian ships it, against the started program. */
package io.sluice.clients.python;
