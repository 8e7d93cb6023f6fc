/** Who is calling, what they may see, and how secrets are kept. */
package org.holdfast.security;
