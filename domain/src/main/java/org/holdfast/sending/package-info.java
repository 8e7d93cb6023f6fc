/** Messages on their way out. */
package org.holdfast.sending;
