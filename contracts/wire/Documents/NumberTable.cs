namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>One way of writing a number, or of not writing one. <c>Json</c> is null where the field is left out.</summary>
internal sealed record NumberColumn(string Name, string? Json);

/// <summary>
/// What becomes of it. <c>Reads</c> is what the decision holds then, null for nothing; <c>Rejected</c> is the code of the rejection that
/// execution answers an accepted frame with.
/// </summary>
internal sealed record NumberOutcome(string Words, decimal? Reads = null, bool Refused = false, bool Warned = false, string? Rejected = null);

/// <summary>A field in one use. <c>Decision</c> is the JSON of the signal (of the payload in the newer dialect) without it.</summary>
internal sealed record NumberRow(Dialect Dialect, string Field, string Title, string Decision, IReadOnlyList<NumberOutcome> Outcomes);

/// <summary>Numbers of decisions × ways of writing them: what PROTOCOL.md says and the tests walk.</summary>
internal static class NumberTable
{
    private const string Close = """ "action":"CLOSE" """;
    private const string Long = """ "action":"LONG" """;
    private const string Sized = """ "action":"LONG","margin_usd":5000 """;
    private const string Limit = """ "action":"LONG","margin_usd":5000,"order_type":"limit" """;
    private const string SizedKind = """ "action":"LONG","margin_usdt":5000 """;

    private const decimal Least = 0.000000000000000001m;

    private static readonly NumberOutcome Refused = new("refused", Refused: true);
    private static readonly NumberOutcome Zero = new("0", 0);
    private static readonly NumberOutcome Tiny = new("`1e-18`", Least);
    private static readonly NumberOutcome Twelve = new("12", 12);
    private static readonly NumberOutcome All = new("closes all", 0);
    private static readonly NumberOutcome ByMargin = new("by the margin", 0);
    private static readonly NumberOutcome None = new("none");
    private static readonly NumberOutcome NullNone = new("none, warning", Warned: true);
    private static readonly NumberOutcome NotRead = new("not read, warning", Warned: true);
    private static readonly NumberOutcome TooSmall = Rejected(ReasonCodes.QtyTooSmall);

    /// <summary>5.42e-20 is what 0.0004 − 0.0001 − 0.0003 leaves in binary floating point.</summary>
    public static readonly IReadOnlyList<NumberColumn> Columns =
    [
        new("left out", null), new("`null`", "null"), new("`0`", "0"), new("`5.42e-20`", "5.42e-20"), new("`NaN`", "NaN"), new("`\"NaN\"`", "\"NaN\""),
        new("`\"12\"`", "\"12\""), new("`\"twelve\"`", "\"twelve\""), new("`1.2e1`", "1.2e1"), new("`1e400`", "1e400"),
    ];

    public static readonly IReadOnlyList<NumberRow> Rows =
    [
        Row(Dialect.Type, "qty", " of a `CLOSE`", Close, All, Refused, All, TooSmall),
        Row(Dialect.Type, "qty", " of an entry", Sized, ByMargin, Refused, ByMargin, TooSmall),
        Row(Dialect.Type, "margin_usd", " of a `CLOSE`", Close, Zero, Zero with { Words = "0, warning", Warned = true }, Zero, Tiny),
        Row(Dialect.Type, "margin_usd", " of an entry", Long, Refused, Refused, Refused, TooSmall),
        Row(Dialect.Type, "leverage", "", Sized, None with { Words = "the group's" }, NullNone with { Words = "the group's, warning" }, Refused, Refused),
        .. Prices(Dialect.Type, Sized),
        Row(Dialect.Type, "price", " of a `limit`", Limit, Refused, Refused, Refused, Rejected(ReasonCodes.NumberOutOfRange)),
        Row(Dialect.Type, "price", " of a `market`", Sized, None, NullNone, Zero, Tiny),
        Row(Dialect.Kind, "margin_usdt", " of a `CLOSE`", Close, Zero, Zero with { Words = "0, warning", Warned = true }, Zero, Tiny),
        Row(Dialect.Kind, "margin_usdt", " of an entry", Long, Refused, Refused, Refused, TooSmall),
        .. Prices(Dialect.Kind, SizedKind),
        Forbidden("qty", " of a `CLOSE`", Close, All, Refused),
        Forbidden("qty", " of an entry", SizedKind, ByMargin, Refused),
        Forbidden("price", "", SizedKind, None, NullNone),
        new(
            Dialect.Kind, "leverage", "`leverage`", SizedKind,
            [None with { Words = "the group's" }, NotRead, NotRead, NotRead, Refused, NotRead, NotRead, NotRead, NotRead, Refused]),
    ];

    private static IEnumerable<NumberRow> Prices(Dialect dialect, string entry) =>
    [
        Row(dialect, "entry", "", entry, None, NullNone, Zero, Tiny),
        Row(dialect, "stop_loss", "", entry, None, NullNone, Rejected(ReasonCodes.StopLossWrongSide), Rejected(ReasonCodes.StopLossWrongSide)),
        Row(dialect, "take_profit", "", entry, None, NullNone, Rejected(ReasonCodes.TakeProfitWrongSide), Rejected(ReasonCodes.TakeProfitWrongSide)),
        Row(dialect, "confidence_pct", "", entry, None, NullNone, Zero, Tiny),
    ];

    private static NumberRow Row(Dialect dialect, string field, string use, string decision, NumberOutcome leftOut, NumberOutcome isNull, NumberOutcome zero, NumberOutcome tiny) =>
        new(dialect, field, $"`{field}`{use}", decision, [leftOut, isNull, zero, tiny, Refused, Refused, Twelve, Refused, Twelve, Refused]);

    /// <summary>What clients do not send in the newer dialect.</summary>
    private static NumberRow Forbidden(string field, string use, string decision, NumberOutcome leftOut, NumberOutcome isNull) =>
        new(Dialect.Kind, field, $"`{field}`{use}", decision, [leftOut, isNull, .. Enumerable.Repeat(Refused, Columns.Count - 2)]);

    private static NumberOutcome Rejected(ReasonCode code) => new($"rejected, `{code}`", Rejected: code.Word);
}
