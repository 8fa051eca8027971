using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Limits;

namespace TradingSystem.Execution.Controls;

/// <summary>Fields that several bodies of steering have.</summary>
internal static class ControlFields
{
    private const int MaxReason = 500;

    /// <summary>What the person says about it; at most 500 characters.</summary>
    public static string? Reason(this FieldReader fields, bool required = true) => fields.Text("reason", MaxReason, required ? 1 : 0, required);

    /// <summary><c>scope</c> and, except for the system, <c>id</c>.</summary>
    public static ControlScope Scope(this FieldReader fields)
    {
        var scope = fields.OneOf("scope", required: true, ControlWords.Scopes);
        if (scope == ControlWords.System)
        {
            if (fields.Has("id"))
            {
                fields.Fail("id", "nothing for the system");
            }

            return ControlScope.System;
        }

        return new(scope ?? "", fields.Uuid("id", required: scope is not null) ?? Guid.Empty);
    }
}
