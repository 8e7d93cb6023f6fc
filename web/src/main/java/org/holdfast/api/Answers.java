package org.holdfast.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says for the API's description what a method answers whose type does not tell. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Answers {

    /** The statuses of success. */
    int[] value() default {200};

    /** The record in the body; by default nothing, or content that is no JSON. */
    Class<?> body() default Void.class;
}
