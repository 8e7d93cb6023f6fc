/** What an installation can set, where each value came from, and the clock. */
package org.holdfast.setting;
