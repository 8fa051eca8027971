using System.Text.RegularExpressions;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>What names of groups, their markets and symbols are made of.</summary>
public static partial class GroupLabels
{
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.\-]*\z")]
    public static partial Regex Label();
}
