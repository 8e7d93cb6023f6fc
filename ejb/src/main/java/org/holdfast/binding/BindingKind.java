package org.holdfast.binding;

/**
 * A kind of record that copies are bound to.
 *
 * @param shipped came with Holdfast; others were added by an administrator
 */
public record BindingKind(String code, String name, boolean shipped) {}
