using System.Text.Json;
using Fluid;
using Fluid.Values;

namespace TradingSystem.Trigger.Hooks;

/// <summary>A body's fields as templates see them: an object has what the sender put there and nothing more, also where a field is named <c>size</c>.</summary>
internal sealed class BodyValue : ObjectValueBase
{
    private readonly JsonElement _json;
    private readonly bool _isStrict;

    private BodyValue(JsonElement json, bool isStrict)
        : base(isStrict ? new Unwritten() : json)
    {
        _json = json;
        _isStrict = isStrict;
    }

    /// <param name="isStrict">What is empty is not there, and what has others within fails where it is written: each would make different alerts the same.</param>
    public static FluidValue Of(JsonElement json, bool isStrict) => json.ValueKind switch
    {
        JsonValueKind.Object => new BodyValue(json, isStrict),
        JsonValueKind.Array when isStrict => new BodyValue(json, isStrict),
        JsonValueKind.Array => new ArrayValue([.. json.EnumerateArray().Select(e => Of(e, isStrict))]),
        JsonValueKind.String when isStrict && string.IsNullOrWhiteSpace(json.GetString()) => NilValue.Instance,
        JsonValueKind.String => new StringValue(json.GetString()!),
        JsonValueKind.Number => json.TryGetDecimal(out var number) ? NumberValue.Create(number) : new StringValue(json.GetRawText()),
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        _ => NilValue.Instance,
    };

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) =>
        new(_json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var field) ? Of(field, _isStrict) : NilValue.Instance);

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context)
    {
        if (_json.ValueKind == JsonValueKind.Object)
        {
            return GetValueAsync(index.ToStringValue(), context);
        }

        var at = index.ToNumberValue();
        return new(at >= 0 && at < _json.GetArrayLength() ? Of(_json[(int)at], _isStrict) : NilValue.Instance);
    }

    public override string ToStringValue() => Value.ToString()!;

    public override decimal ToNumberValue() => _isStrict ? throw new FluidException(Unwritten.Fault) : 0;

    private sealed class Unwritten
    {
        public const string Fault = "a field that has others within";

        public override string ToString() => throw new FluidException(Fault);
    }
}
