namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>Something that an accepted frame said and that was not read as its sender may have meant. <c>Path</c> is as in <see cref="FieldError"/>.</summary>
public sealed record FieldWarning(string Path, string Note);
