package org.holdfast.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.holdfast.security.TokenScope;

/**
 * The scope that a token needs here, for a method or a whole resource. Where nothing is said, reading needs
 * {@link TokenScope#READ} and everything else {@link TokenScope#ADMINISTER}; on a resource it is said of
 * what changes something only.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Needs {

    TokenScope value();
}
