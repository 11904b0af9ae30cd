/**
 * An application of JMS, in Jakarta's names. The tests of the javax line compile it once more with javax's: nothing else differs, so
 * it uses nothing but the JDK, JMS, Qpid JMS and what is in {@code io.sluice.clients}.
 */
package io.sluice.clients.jms.checks;
