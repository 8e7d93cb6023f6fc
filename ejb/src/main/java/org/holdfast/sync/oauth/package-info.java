/** Tokens for mailboxes that sign in at their providers without a password. */
package org.holdfast.sync.oauth;
