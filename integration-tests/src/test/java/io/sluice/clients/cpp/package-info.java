/** Qpid Proton C++ as Debian ships it, against the started program. */
package io.sluice.clients.cpp;
