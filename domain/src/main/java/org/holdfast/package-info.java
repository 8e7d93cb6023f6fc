/** Holdfast: synchronises mailboxes and decides how long each copy stays. */
package org.holdfast;
