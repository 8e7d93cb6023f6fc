/** Reading copies: metadata for those who run the installation, content for those it belongs to. */
package org.holdfast.message;
