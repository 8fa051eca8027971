using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Contracts.Wire;

/// <summary>Whether another decision can succeed where one did not, and when.</summary>
public enum Another
{
    /// <summary>At once.</summary>
    Now,

    /// <summary>One that asks for something else: another quantity, price, symbol or account.</summary>
    Changed,

    /// <summary>After a while; what is in its way passes by itself.</summary>
    Later,

    /// <summary>Once a person has changed something.</summary>
    Person,

    /// <summary>None is needed: it tells what is waited for, or how something ended as it was asked to.</summary>
    None,
}

/// <summary>
/// Why a decision became no order, why an order ended, or what it waits for. All are in <see cref="ReasonCodes"/> and nobody else makes one, so
/// that a reason with a wrong word does not compile. In JSON it is its word.
/// </summary>
[JsonConverter(typeof(ReasonCodeJson))]
public sealed class ReasonCode : IEquatable<ReasonCode>
{
    internal ReasonCode(string word, Another another, string meaning) => (Word, Another, Meaning) = (word, another, meaning);

    /// <summary>For programs.</summary>
    public string Word { get; }

    public Another Another { get; }

    /// <summary>For people.</summary>
    public string Meaning { get; }

    public bool Equals(ReasonCode? other) => other is not null && Word == other.Word;

    public override bool Equals(object? obj) => Equals(obj as ReasonCode);

    public override int GetHashCode() => Word.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(ReasonCode? left, ReasonCode? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ReasonCode? left, ReasonCode? right) => !(left == right);

    public override string ToString() => Word;

    /// <summary>Whether a word that was kept is this one's.</summary>
    public bool Is(string? word) => word == Word;
}

/// <summary>A reason travels and is kept as its word. A word that this version does not know, of a newer service, stays what it is.</summary>
public sealed class ReasonCodeJson : JsonConverter<ReasonCode>
{
    public override ReasonCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReasonCodes.Kept(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, ReasonCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Word);
}
