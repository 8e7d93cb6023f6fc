package org.holdfast.plan;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A plan that an account can subscribe to; what it grants is in its {@link PlanTerms}. */
@Entity
@Table(name = "plan")
public class Plan {

    /** The plan of every account that has no subscription. */
    public static final String FREE = "FREE";

    @Id
    private String code;

    private String name;

    private short rank;

    protected Plan() {}

    public String code() {
        return code;
    }

    public String name() {
        return name;
    }

    /** Position in lists, smallest first. */
    public int rank() {
        return rank;
    }
}
