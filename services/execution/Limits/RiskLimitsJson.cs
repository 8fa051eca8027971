using System.Globalization;
using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// Limits as JSON, as REST takes them and the table keeps them. Reading knows every field or none: a limit that is not understood
/// must not be taken for one that was not set, and a null would be exactly that. Symbols are kept in capitals.
/// </summary>
public static class RiskLimitsJson
{
    public const decimal LargestMoney = 1_000_000_000_000m;

    private const int LargestCount = 1_000_000;
    private const int LongestSeconds = 86_400;
    private const int MostSymbols = 1_000;
    private const int MostWindows = 100;

    public static readonly string[] Days = [.. Enum.GetValues<DayOfWeek>().Select(BlackoutWindow.DayWord)];

    /// <summary>Names of the fields, in the order they are written.</summary>
    public static readonly string[] Fields = BodyShape.FieldsOf<LimitsBody>();

    private static readonly string[] WindowFields = BodyShape.FieldsOf<BlackoutBody>();

    /// <summary>Null with what is wrong in <paramref name="errors"/>.</summary>
    /// <param name="beside">Fields that are the caller's.</param>
    public static RiskLimits? Read(JsonElement json, string path, List<FieldError> errors, params string[] beside)
    {
        var before = errors.Count;
        BodyFields.Check(json, path, [.. Fields, .. beside], errors, "reason");
        var fields = new FieldReader(json, path, errors);
        var limits = new RiskLimits
        {
            MaxDecisionAgeS = fields.Amount("max_decision_age_s", 0.001m, LongestSeconds),
            MaxPriceAgeS = fields.Amount("max_price_age_s", 0.001m, LongestSeconds),
            EntryBandBps = fields.Amount("entry_band_bps", 0m, 1_000_000m),
            MaxOrderQty = fields.Amount("max_order_qty", 0m, LargestMoney),
            MaxOrderNotional = fields.Amount("max_order_notional", 0m, LargestMoney),
            MaxLeverage = fields.Amount("max_leverage", 1m, 1_000m),
            MaxOpenOrders = fields.Whole("max_open_orders", 0, LargestCount),
            MaxPositionNotional = fields.Amount("max_position_notional", 0m, LargestMoney),
            MaxSymbolNotional = fields.Amount("max_symbol_notional", 0m, LargestMoney),
            MaxAccountNotional = fields.Amount("max_account_notional", 0m, LargestMoney),
            MaxDailyLoss = fields.Amount("max_daily_loss", 0.01m, LargestMoney),
            MaxGroupDailyLoss = fields.Amount("max_group_daily_loss", 0.01m, LargestMoney),
            MaxOrdersPerMinute = fields.Whole("max_orders_per_minute", 1, LargestCount),
            MaxGroupOrdersPerMinute = fields.Whole("max_group_orders_per_minute", 1, LargestCount),
            CooldownAfterLossS = fields.Whole("cooldown_after_loss_s", 0, LongestSeconds),
            Symbols = fields.Has("symbols") ? [.. fields.Texts("symbols", 0, MostSymbols, 32, required: false).Select(s => s.ToUpperInvariant()).Distinct()] : null,
            Blackouts = Windows(json, fields, errors),
        };
        return errors.Count == before ? limits : null;
    }

    /// <summary>What the table keeps; null when it cannot be understood.</summary>
    public static RiskLimits? Parse(string? text)
    {
        if (text is null)
        {
            return RiskLimits.None;
        }

        var errors = new List<FieldError>();
        using var document = StrictJson.Parse(Encoding.UTF8.GetBytes(text), "$", errors);
        return document?.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement, "", errors) : null;
    }

    public static string Write(RiskLimits limits)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, limits);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, RiskLimits limits)
    {
        json.WriteStartObject();
        Number(json, "max_decision_age_s", limits.MaxDecisionAgeS);
        Number(json, "max_price_age_s", limits.MaxPriceAgeS);
        Number(json, "entry_band_bps", limits.EntryBandBps);
        Number(json, "max_order_qty", limits.MaxOrderQty);
        Number(json, "max_order_notional", limits.MaxOrderNotional);
        Number(json, "max_leverage", limits.MaxLeverage);
        Number(json, "max_open_orders", limits.MaxOpenOrders);
        Number(json, "max_position_notional", limits.MaxPositionNotional);
        Number(json, "max_symbol_notional", limits.MaxSymbolNotional);
        Number(json, "max_account_notional", limits.MaxAccountNotional);
        Number(json, "max_daily_loss", limits.MaxDailyLoss);
        Number(json, "max_group_daily_loss", limits.MaxGroupDailyLoss);
        Number(json, "max_orders_per_minute", limits.MaxOrdersPerMinute);
        Number(json, "max_group_orders_per_minute", limits.MaxGroupOrdersPerMinute);
        Number(json, "cooldown_after_loss_s", limits.CooldownAfterLossS);
        if (limits.Symbols is { } symbols)
        {
            json.WriteStartArray("symbols");
            foreach (var symbol in symbols)
            {
                json.WriteStringValue(symbol);
            }

            json.WriteEndArray();
        }

        if (limits.Blackouts is { } windows)
        {
            json.WriteStartArray("blackouts");
            foreach (var window in windows)
            {
                Write(json, window);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BlackoutWindow window)
    {
        json.WriteStartObject();
        if (window.Start is { } start && window.End is { } end)
        {
            json.WriteString("start", start.UtcDateTime);
            json.WriteString("end", end.UtcDateTime);
        }
        else
        {
            json.WriteString("from", BlackoutWindow.Clock(window.From));
            json.WriteString("to", BlackoutWindow.Clock(window.To));
            json.WriteStartArray("days");
            foreach (var day in window.Days)
            {
                json.WriteStringValue(BlackoutWindow.DayWord(day));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static List<BlackoutWindow>? Windows(JsonElement json, FieldReader fields, List<FieldError> errors)
    {
        if (fields.Objects("blackouts", MostWindows) is not { } readers)
        {
            return null;
        }

        var windows = new List<BlackoutWindow>();
        var elements = json.GetProperty("blackouts").EnumerateArray().ToList();
        for (var i = 0; i < readers.Count; i++)
        {
            BodyFields.Check(elements[i], fields.Path($"blackouts[{i}]"), WindowFields, errors);
            windows.Add(Window(readers[i]));
        }

        return windows;
    }

    private static BlackoutWindow Window(FieldReader fields)
    {
        if (fields.Has("start") || fields.Has("end"))
        {
            var (start, end) = (fields.Time("start"), fields.Time("end"));
            if (fields.Has("from") || fields.Has("to") || fields.Has("days") || !fields.Has("start") || !fields.Has("end"))
            {
                fields.Fail("start", "start and end together, or from and to");
            }
            else if (start >= end)
            {
                fields.Fail("end", "after start");
            }

            return new BlackoutWindow { Start = start, End = end };
        }

        var days = fields.Texts("days", 0, 7, 3, required: false);
        if (days.Any(d => !Days.Contains(d)))
        {
            fields.Fail("days", "of " + string.Join(", ", Days));
            days = [];
        }

        return new BlackoutWindow { From = Minute(fields, "from"), To = Minute(fields, "to"), Days = [.. days.Select(d => (DayOfWeek)Array.IndexOf(Days, d)).Distinct()] };
    }

    private static int Minute(FieldReader fields, string name)
    {
        if (fields.Text(name, 5, 5, required: true) is not { } text)
        {
            return 0;
        }

        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return (time.Hour * 60) + time.Minute;
        }

        fields.Fail(name, "a time of the day, such as 13:30", text);
        return 0;
    }
}
