/** The one database: its data source, its schema, and SQL beside JPA. */
package org.holdfast.persistence;
