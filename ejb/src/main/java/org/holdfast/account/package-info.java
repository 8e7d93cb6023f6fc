/** Tenants and their people. */
package org.holdfast.account;
