/** What the broker remembers on disk: the data folder, a journal and a message store in it, and the port to the disk itself. */
package io.sluice.storage;
