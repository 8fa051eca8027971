using System.Buffers;
using System.Text.Json;

namespace TradingSystem.Diary.Storage;

/// <summary>Short lists of names as JSON arrays: two of them go into every event, and the same ones over and over.</summary>
public static class StringLists
{
    // What JSON or the default encoder would escape.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:;*/ ()[]{}#@!?=%$|~^");

    public static string Serialize(IReadOnlyList<string> list)
    {
        var length = 1;
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is null || list[i].AsSpan().ContainsAnyExcept(Plain))
            {
                return JsonSerializer.Serialize(list, DiaryJson.Default.IReadOnlyListString);
            }

            length += list[i].Length + 3;
        }

        return list.Count == 0 ? "[]" : string.Create(length, list, Write);
    }

    private static void Write(Span<char> text, IReadOnlyList<string> list)
    {
        var at = 0;
        for (var i = 0; i < list.Count; i++)
        {
            text[at++] = i == 0 ? '[' : ',';
            text[at++] = '"';
            list[i].CopyTo(text[at..]);
            at += list[i].Length;
            text[at++] = '"';
        }

        text[at] = ']';
    }
}
