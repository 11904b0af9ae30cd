/** What a broker was told to be, beside its queues: users, and the policies by which queues are created. */
package io.sluice.broker.definitions;
