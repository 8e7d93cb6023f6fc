/** Stored replicas of originals: metadata, flags and raw content. */
package org.holdfast.message;
