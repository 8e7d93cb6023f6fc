package org.holdfast;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.ejb.Stateless;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;

/** What Maven's modules cannot see. */
@AnalyzeClasses(packages = "org.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] MAIL = {
        "jakarta.mail..", "org.eclipse.angus..", "org.holdfast.angus..", "org.holdfast.sync.imap.."
    };

    /** The first promise: retention has no way to reach a provider. */
    @ArchTest
    static final ArchRule retentionReachesNoMailClass = noClasses()
            .that()
            .resideInAnyPackage("org.holdfast.retention..", "org.holdfast.ledger..")
            .should()
            .transitivelyDependOnClassesThat(resideInAnyPackage(MAIL))
            .because("a purge must have no way to reach a mail provider");

    @ArchTest
    static final ArchRule retentionDoesNotKnowTheSync = noClasses()
            .that()
            .resideInAnyPackage("org.holdfast.retention..", "org.holdfast.ledger..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.holdfast.sync.."));

    @ArchTest
    static final ArchRule mailClassesLiveInOnePackage = noClasses()
            .that(not(resideInAnyPackage("org.holdfast.sync.imap..", "org.holdfast.angus..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("jakarta.mail..", "org.eclipse.angus..", "org.holdfast.angus.."));

    @ArchTest
    static final ArchRule theDomainKnowsNoBeansMailOrWeb = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.holdfast.plan", "org.holdfast.account", "org.holdfast.message", "org.holdfast.mailbox")
            .should()
            .dependOnClassesThat(resideInAnyPackage("jakarta.faces..", "jakarta.ws.rs..", "jakarta.batch.."));

    @ArchTest
    static final ArchRule pagesAndResourcesUseNoEntityManager = noClasses()
            .that()
            .resideInAnyPackage("org.holdfast.api..", "org.holdfast.console..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(EntityManager.class);

    @ArchTest
    static final ArchRule pagesAndResourcesUseNoSql = noClasses()
            .that()
            .resideInAnyPackage("org.holdfast.api..", "org.holdfast.console..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.jdbi..", "java.sql..", "javax.sql.."));

    @ArchTest
    static final ArchRule onlyTheRunsFacadeCallsTheJobOperator = noClasses()
            .that()
            .resideOutsideOfPackage("org.holdfast.retention")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("jakarta.batch.operations.JobOperator");

    /** The clock is injected; what decides over mail must not depend on where it is asked. */
    @ArchTest
    static final ArchRule nobodyAsksTheSystemForTheTime = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDate.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now");

    @ArchTest
    static final ArchRule statelessBeansLiveInEjbOrBatch = classes()
            .that()
            .areAnnotatedWith(Stateless.class)
            .should()
            .resideOutsideOfPackages("org.holdfast.api..", "org.holdfast.console..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("org.holdfast.(*)..").should().beFreeOfCycles();
}
