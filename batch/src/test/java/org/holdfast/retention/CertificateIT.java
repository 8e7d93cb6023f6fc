package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.NOW;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.nio.file.Path;
import org.holdfast.ledger.Certificate;
import org.holdfast.ledger.CertificateFile;
import org.holdfast.ledger.CertificateOutcome;
import org.holdfast.ledger.CertificateRows;
import org.holdfast.ledger.LedgerKeys;
import org.holdfast.refusal.Refusal;
import org.holdfast.run.LocalPostgres;
import org.holdfast.security.SecretBox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateIT {

    @TempDir
    static Path folder;

    private static LocalPostgres postgres;

    private PurgeStage stage;
    private LedgerKeys keys;

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        stage = new PurgeStage(postgres);
        keys = new LedgerKeys(new SecretBox(folder.resolve("keyset.json")));
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 25, daysBefore(40));
    }

    @Test
    void certificateOfAnEmptyLedgerSaysThatNothingWasSealed() {
        Certificate certificate = issue();
        assertThat(certificate.sealNumber()).isZero();
        assertThat(certificate.copies()).isZero();
        assertThat(check(stage, certificate)).isEqualTo(CertificateOutcome.PROVEN);
    }

    @Test
    void certificateSurvivesItsFile() {
        purge();
        Certificate certificate = issue();
        assertThat(CertificateFile.read(CertificateFile.write(certificate))).isEqualTo(certificate);
        assertThatThrownBy(() -> CertificateFile.read("{\"format\":\"x\"}"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("certificate-unreadable"));
    }

    @Test
    void certificateProvesTheLedgerNowAndAfterLaterRuns() {
        purge();
        Certificate certificate = issue();
        assertThat(certificate.copies()).isEqualTo(25);
        assertThat(check(stage, certificate)).isEqualTo(CertificateOutcome.PROVEN);
        stage.copies(1, 5, daysBefore(40));
        purge();
        assertThat(check(stage, certificate)).isEqualTo(CertificateOutcome.PROVEN);
        assertThat(issue().sealNumber()).isEqualTo(2);
        assertThat(issue().publicKey()).isEqualTo(certificate.publicKey());
    }

    @Test
    void restoredDumpWhoseTailIsMissingIsFoundOut() {
        purge();
        issue();
        PurgeStage dump = new PurgeStage(postgres, stage.name);
        stage.copies(1, 5, daysBefore(40));
        purge();
        Certificate certificate = issue();
        assertThat(dump.verify().isIntact()).as("the dump by itself").isTrue();
        assertThat(check(dump, certificate)).isEqualTo(CertificateOutcome.TAIL_CUT);
        assertThat(check(stage, certificate)).isEqualTo(CertificateOutcome.PROVEN);
    }

    @Test
    void ledgerThatWasWrittenAnewIsFoundOutThoughItIsConsistent() {
        purge();
        issue();
        PurgeStage forged = new PurgeStage(postgres, stage.name);
        stage.copies(1, 5, daysBefore(40));
        forged.copies(1, 6, daysBefore(40));
        purge();
        forged.run(forged.record(1, 10), 1);
        Certificate certificate = issue();
        assertThat(forged.verify().isIntact()).isTrue();
        assertThat(check(forged, certificate)).isEqualTo(CertificateOutcome.REWRITTEN);
    }

    @Test
    void certificateThatWasAlteredOrSignedBySomebodyElseIsNone() {
        purge();
        Certificate certificate = issue();
        Certificate altered = new Certificate(
                certificate.issuedAt(),
                certificate.issuedBy(),
                certificate.sealNumber(),
                certificate.seal(),
                certificate.runId(),
                certificate.entries(),
                certificate.copies() - 1,
                certificate.bytes(),
                certificate.publicKey(),
                certificate.signature());
        assertThat(check(stage, altered)).isEqualTo(CertificateOutcome.FORGED);
        assertThat(check(stage, certificate.with("nonsense"))).isEqualTo(CertificateOutcome.FORGED);
        PurgeStage other = new PurgeStage(postgres);
        other.account(1, "CRM_PLUS");
        other.copies(1, 25, daysBefore(40));
        other.run(other.record(1, 10), 1);
        Certificate foreign = other.jdbi.inTransaction(h -> new CertificateRows(h, keys).issue("t", NOW));
        assertThat(check(stage, foreign)).isEqualTo(CertificateOutcome.UNKNOWN_KEY);
    }

    @Test
    void databaseAloneDoesNotHoldTheKeyInTheClear() {
        purge();
        issue();
        LedgerKeys elsewhere = new LedgerKeys(new SecretBox(folder.resolve("another.json")));
        assertThatThrownBy(() -> stage.jdbi.inTransaction(h -> new CertificateRows(h, elsewhere).issue("t", NOW)))
                .isInstanceOf(Refusal.class);
    }

    private void purge() {
        assertThat(stage.run(stage.record(1, 10), 1).status()).isEqualTo(PurgeStatus.COMPLETED);
    }

    private Certificate issue() {
        return stage.jdbi.inTransaction(h -> new CertificateRows(h, keys).issue("auditor@example.org", NOW));
    }

    private CertificateOutcome check(PurgeStage where, Certificate certificate) {
        return where.jdbi.inTransaction(h -> new CertificateRows(h, keys).check(certificate));
    }
}
