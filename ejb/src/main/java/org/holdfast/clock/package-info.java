/** The clock that every rule reads, and the one that a demonstration can move. */
package org.holdfast.clock;
