/** The message store on MapDB; the only package that knows MapDB. */
package io.sluice.storage.mapdb;
