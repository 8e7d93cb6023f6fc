/** What a caller asked for and cannot have, in a form that the API and the console show alike. */
package org.holdfast.refusal;
