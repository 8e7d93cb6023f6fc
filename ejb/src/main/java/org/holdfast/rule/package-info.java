/** Rules that bind copies by themselves: kept by administrators, tried first, run on arrival, undone. */
package org.holdfast.rule;
