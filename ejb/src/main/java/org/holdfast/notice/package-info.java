/** Tells owners in time, by mail, before copies of theirs first go by a change. */
package org.holdfast.notice;
