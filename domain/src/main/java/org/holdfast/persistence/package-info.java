/** How Hibernate finds the transaction manager of the server it runs on. */
package org.holdfast.persistence;
