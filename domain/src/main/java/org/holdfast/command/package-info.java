/** What people ask to be done to originals at their providers. */
package org.holdfast.command;
