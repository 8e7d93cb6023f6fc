/** Messages on their way out: composed once, sent once. */
package org.holdfast.sending;
