/** The segment journal: one writer thread, group commit, recycled segment files. */
package io.sluice.storage.journal;
