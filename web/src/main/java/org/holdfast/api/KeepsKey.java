package org.holdfast.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The key of the request is stored with what was asked, in one transaction, and for as long as that: the same
 * request comes to the same command or message even if the server was lost meanwhile, or a day has passed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface KeepsKey {}
