package io.sluice.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/**
 * Think hard before changing this file. The directions it holds are why the core can be tested without a disk and simulated
 * from a seed, why the test broker ships without MapDB, and why a protocol or a store can be replaced without touching the rules of
 * messaging: broker decides, storage remembers, amqp-adapter speaks, server puts the parts together.
 */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String BROKER = "io.sluice.broker..";
    private static final String STORAGE = "io.sluice.storage..";
    private static final String AMQP = "io.sluice.amqp..";
    private static final String SERVER = "io.sluice.server..";
    private static final String TESTKIT = "io.sluice.testkit..";
    /** ANTLR's parser, which is not ours to style. */
    private static final String GENERATED = "io.sluice.amqp.filter.grammar..";

    /** Some are logic with many collaborators; the list may only get shorter. */
    private static final int MAX_FIELDS = 15;

    @ArchTest
    static final ArchRule the_broker_depends_on_nobody = noClasses()
            .that()
            .resideInAPackage(BROKER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORAGE, AMQP, SERVER, TESTKIT);

    @ArchTest
    static final ArchRule the_broker_uses_the_jdk_and_slf4j_only = classes()
            .that()
            .resideInAPackage(BROKER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.sluice.broker..", "java..", "javax.crypto..", "org.slf4j..");

    @ArchTest
    static final ArchRule the_broker_does_no_io = noClasses()
            .that()
            .resideInAPackage(BROKER)
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "do I/O",
                    (JavaClass c) -> c.getPackageName().startsWith("java.io")
                                    && !c.getSimpleName().equals("Serializable")
                            || c.getPackageName().startsWith("java.nio.file")
                            || c.getPackageName().startsWith("java.nio.channels")
                            || c.getPackageName().startsWith("java.net")));

    @ArchTest
    static final ArchRule the_broker_reads_no_clock = noClasses()
            .that()
            .resideInAPackage(BROKER)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.time..");

    @ArchTest
    static final ArchRule the_broker_has_no_threads = noClasses()
            .that()
            .resideInAPackage(BROKER)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule only_the_mailbox_and_the_setup_know_of_concurrency = noClasses()
            .that()
            .resideInAPackage(BROKER)
            .and()
            .doNotHaveSimpleName("ShardMailbox")
            .and()
            .doNotHaveSimpleName("ShardSetup")
            .and()
            // With methods of the setup, which are generated and name what it names.
            .haveNameNotMatching(".*\\.ShardSetupBuilder(\\$.*)?")
            .and()
            .resideOutsideOfPackage("io.sluice.broker.security..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.concurrent..");

    @ArchTest
    static final ArchRule storage_and_adapter_never_see_each_other = noClasses()
            .that()
            .resideInAPackage(STORAGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(AMQP, SERVER, TESTKIT);

    @ArchTest
    static final ArchRule the_adapter_sees_the_broker_only = noClasses()
            .that()
            .resideInAPackage(AMQP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORAGE, SERVER, TESTKIT);

    @ArchTest
    static final ArchRule the_testkit_has_no_storage_and_no_server = noClasses()
            .that()
            .resideInAPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORAGE, SERVER, "org.mapdb..", "org.apache.ratis..");

    @ArchTest
    static final ArchRule netty_lives_in_one_package = noClasses()
            .that()
            .resideInAnyPackage(
                    BROKER,
                    STORAGE,
                    "io.sluice.amqp",
                    "io.sluice.amqp.filter..",
                    "io.sluice.amqp.message..",
                    "io.sluice.amqp.sasl..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule filters_are_compiled_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.amqp.filter..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.antlr..");

    @ArchTest
    static final ArchRule ratis_lives_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.storage.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule mapdb_lives_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.storage.mapdb..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.mapdb..");

    @ArchTest
    static final ArchRule micrometer_lives_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.server.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule json_web_tokens_are_read_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.server.tokens..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule names_say_what_a_thing_is = noClasses()
            .should()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl");

    @ArchTest
    static final ArchRule there_is_no_static_state = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage(GENERATED)
            .and()
            .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC)
            .and()
            .areDeclaredInClassesThat()
            .areNotEnums()
            .and()
            .areDeclaredInClassesThat()
            // Written by the parser generator.
            .resideOutsideOfPackage("io.sluice.amqp.filter.grammar..")
            .should()
            .beFinal();

    private static boolean isOfRecord(JavaClass type) {
        return type.getSimpleName().endsWith("Builder")
                && type.getPackage().getClasses().stream()
                        .anyMatch(other -> other.getName().equals(type.getName() + "$With"));
    }

    @ArchTest
    static final ArchRule no_class_knows_everything = classes()
            .that()
            .areNotRecords()
            .and()
            .resideOutsideOfPackage(GENERATED)
            .and(DescribedPredicate.describe("are no record's generated builder", type -> !isOfRecord(type)))
            .should(new ArchCondition<>("have at most " + MAX_FIELDS + " fields") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    long count = type.getFields().stream()
                            .filter(field -> !field.getModifiers()
                                    .contains(com.tngtech.archunit.core.domain.JavaModifier.STATIC))
                            .count();
                    events.add(new SimpleConditionEvent(type, count <= MAX_FIELDS, type.getName() + " has " + count));
                }
            });
}
