using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Settings;

/// <summary>
/// Every setting of the modules of a process, as a tree by name. What is in none of their sections is the framework's or somebody else's and
/// is not looked at: services that run apart share environment files.
/// </summary>
public sealed class KnownSettings
{
    private readonly Node _root = new();

    public KnownSettings(IEnumerable<SettingsSection> sections)
    {
        foreach (var section in sections)
        {
            var node = _root;
            foreach (var name in section.Path.Split(ConfigurationPath.KeyDelimiter))
            {
                node = node.Child(name);
            }

            if (section.Shape is { } shape)
            {
                Describe(node, shape);
            }

            node.IsWhole = true;
        }
    }

    /// <exception cref="SettingException">There is a setting in one of the sections that nobody reads; the message names the nearest right one.</exception>
    public void Check(IConfiguration configuration)
    {
        var faults = configuration.AsEnumerable()
            .Where(s => s.Value is not null)
            .Select(s => Fault(s.Key.Split(ConfigurationPath.KeyDelimiter)))
            .OfType<string>()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (faults.Count > 0)
        {
            throw new SettingException(string.Join("; ", faults));
        }
    }

    private static string Written(IEnumerable<string> path) => string.Join("__", path).ToUpperInvariant();

    private static void Describe(Node node, Type type)
    {
        if (IsValue(type))
        {
            return;
        }

        if (ItemOf(type) is { } item)
        {
            Describe(node.Any ??= new Node { IsWhole = true }, item);
            return;
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true }))
        {
            var child = node.Child(property.Name);
            child.IsWhole = true;
            Describe(child, property.PropertyType);
        }
    }

    private static bool IsValue(Type type)
    {
        var own = Nullable.GetUnderlyingType(type) ?? type;
        return own.IsPrimitive
            || own.IsEnum || own == typeof(string) || own == typeof(Uri) || own == typeof(decimal) || own == typeof(TimeSpan)
            || own == typeof(DateTimeOffset) || own == typeof(Guid);
    }

    /// <summary>The values of a dictionary, whose keys are free, or the items of a list.</summary>
    private static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1]
        : null;

    private string? Fault(string[] path)
    {
        var node = _root;
        for (var depth = 0; depth < path.Length; depth++)
        {
            if (node.Find(path[depth]) is { } child)
            {
                node = child;
                continue;
            }

            string[] names = [.. node.Names];
            var written = Written(path);
            string? Meant(string? name) => name is null ? null : Written([.. path[..depth], name, .. path[(depth + 1)..]]);
            if (depth == 0)
            {
                // A name of somebody else's may look like one of ours; that what is below it does so, too, is no chance.
                var section = path.Length > 1 ? Nearest.Variant(path[0], names) : null;
                return section is not null && node.Find(section)!.Resembles(path[1]) ? $"{written} is no setting, did you mean {Meant(section)}" : null;
            }

            return node.IsWhole
                ? names.Length == 0
                    ? $"{written} is no setting: {Written(path[..depth])} is a single value"
                    : Meant(Nearest.Of(path[depth], names)) is { } nearest
                        ? $"{written} is no setting, did you mean {nearest}"
                        : $"{written} is no setting, there are {string.Join(", ", names.Order(StringComparer.Ordinal).Select(n => Written([.. path[..depth], n])))}"
                : Meant(Nearest.Variant(path[depth], names)) is { } variant ? $"{written} is no setting, did you mean {variant}" : null;
        }

        return null;
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _children = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Below a name that is free.</summary>
        public Node? Any { get; set; }

        public bool IsWhole { get; set; }

        public IEnumerable<string> Names => _children.Keys;

        public Node Child(string name)
        {
            if (!_children.TryGetValue(name, out var child))
            {
                _children[name] = child = new Node();
            }

            return child;
        }

        public Node? Find(string name) => _children.GetValueOrDefault(name) ?? Any;

        public bool Resembles(string name) => Any is not null || Nearest.Variant(name, [.. _children.Keys]) is not null;
    }
}
