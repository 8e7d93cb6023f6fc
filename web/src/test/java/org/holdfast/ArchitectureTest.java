package org.holdfast;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import jakarta.ejb.Stateless;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Maven's modules cannot see. */
@AnalyzeClasses(packages = "org.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] MAIL = {
        "jakarta.mail..",
        "org.eclipse.angus..",
        "org.holdfast.angus..",
        "org.holdfast.sync.imap..",
        "org.holdfast.sync.smtp.."
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
    static final ArchRule mailClassesLiveInTheirPackages = noClasses()
            .that(not(
                    resideInAnyPackage("org.holdfast.sync.imap..", "org.holdfast.sync.smtp..", "org.holdfast.angus..")))
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

    /** The module is the layer and the package the feature, so a slice is a package within a module. */
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(new ModuleAndPackage()).should().beFreeOfCycles();

    private static final class ModuleAndPackage implements SliceAssignment {

        private static final Pattern MODULE = Pattern.compile("/(domain|ejb|batch|web|run)/target/");

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            if (!type.getPackageName().startsWith("org.holdfast.")
                    || type.getPackageName().startsWith("org.holdfast.angus")
                    || type.getSource().isEmpty()) {
                return SliceIdentifier.ignore();
            }
            String source = type.getSource().get().getUri().toString();
            Matcher module = MODULE.matcher(source);
            if (!module.find()) {
                throw new IllegalStateException(source + " belongs to no module: run this test in the whole build");
            }
            return SliceIdentifier.of(module.group(1), type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages within a module";
        }
    }
}
