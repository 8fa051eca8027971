using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TradingSystem.Hosting.OpenApi;

/// <summary>
/// What the docstrings of the sources say, from the files that the compiler writes beside the assemblies. The framework's own generator sees one
/// project at a time, and the one that has the documents knows no service.
/// </summary>
internal static partial class XmlDocs
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = [];

    /// <summary>The type's summary; null where it has none.</summary>
    public static string? Of(Type type) => Member(type, "T:" + Id(type))?.Element("summary") is { } summary ? Text(summary, type) : null;

    /// <summary>The property's summary, or what the docstring of its type says of the parameter of that name.</summary>
    public static string? Of(PropertyInfo property)
    {
        for (var type = property.DeclaringType; type is not null; type = type.BaseType)
        {
            if (Member(type, $"P:{Id(type)}.{property.Name}")?.Element("summary") is { } summary)
            {
                return Text(summary, type);
            }

            if (Member(type, "T:" + Id(type))?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == property.Name) is { } parameter)
            {
                return Text(parameter, type);
            }
        }

        return null;
    }

    private static string Id(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static XElement? Member(Type type, string id) => Files.GetOrAdd(type.Assembly, Read).GetValueOrDefault(id);

    private static IReadOnlyDictionary<string, XElement> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value)
            : new Dictionary<string, XElement>();
    }

    private static string Text(XElement element, Type owner)
    {
        var text = new StringBuilder();
        foreach (var node in element.DescendantNodes())
        {
            switch (node)
            {
                case XText t when t.Parent!.Name != "c":
                    text.Append(t.Value);
                    break;
                case XText t:
                    text.Append('`').Append(Wire(t.Value, owner)).Append('`');
                    break;
                case XElement e when (e.Attribute("cref") ?? e.Attribute("name"))?.Value is { } name:
                    text.Append('`').Append(Wire(name[(name.LastIndexOfAny(['.', ':']) + 1)..], owner)).Append('`');
                    break;
            }
        }

        return Blanks().Replace(text.ToString(), " ").Trim();
    }

    /// <summary>A property is named as the wire names it.</summary>
    private static string Wire(string name, Type owner) => owner.GetProperty(name) is null ? name : JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
