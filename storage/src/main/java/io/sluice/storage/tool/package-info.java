/** What can be done with the data folder of a broker that does not run: verify, dump, repair, export, import. */
package io.sluice.storage.tool;
