/** What an installation can set, and where each value came from. */
package org.holdfast.setting;
