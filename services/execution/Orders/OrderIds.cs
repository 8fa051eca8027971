using System.Security.Cryptography;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Orders;

/// <summary>All ids follow from the decision's, so that no retry can make a second one.</summary>
public static class OrderIds
{
    /// <summary>Leg letter of the entry or exit order; protection legs have S and T.</summary>
    private const char EntryLeg = 'E';

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int HashCharacters = 26;

    public static Guid Order(Guid decisionId) => NameBasedGuid.Create(decisionId, "order");

    public static Guid Fill(Guid orderId) => NameBasedGuid.Create(orderId, "fill:1");

    /// <summary>What stands in for a decision's id where its protection leg becomes an order.</summary>
    public static Guid Leg(Guid decisionId, char letter) => NameBasedGuid.Create(decisionId, $"leg:{letter}");

    /// <summary>What stands in for a decision's id where an order that no decision asked for ends its position.</summary>
    /// <param name="name">Of the order at the venue: its client id, or the venue's where it is not ours.</param>
    public static Guid Exit(Guid decisionId, string name) => NameBasedGuid.Create(decisionId, $"exit:{name}");

    public static Guid Update(Guid orderId, string status) => NameBasedGuid.Create(orderId, status);

    public static Guid VenueFill(Guid orderId, string symbol, string venueFillId) => NameBasedGuid.Create(orderId, $"fill:{symbol}:{venueFillId}");

    /// <summary>26 base32 characters (130 bits) of the decision's SHA-256 and the leg: inside every venue's alphabet and length.</summary>
    public static string ClientOrder(Guid decisionId, char leg = EntryLeg)
    {
        Span<byte> id = stackalloc byte[16];
        decisionId.TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(id, hash);
        Span<char> text = stackalloc char[HashCharacters + 1];
        for (var i = 0; i < HashCharacters; i++)
        {
            var bit = i * 5;
            var pair = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            text[i] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
        }

        text[HashCharacters] = leg;
        return new string(text);
    }
}
