namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a CauseType.</summary>
public static class CauseType
{
    public const string Vpolicyv1DisruptionBudgetCause = "DisruptionBudget";
    public const string FieldManagerConflict = "FieldManagerConflict";
    public const string FieldValueDuplicate = "FieldValueDuplicate";
    public const string Forbidden = "FieldValueForbidden";
    public const string FieldValueInvalid = "FieldValueInvalid";
    public const string FieldValueNotFound = "FieldValueNotFound";
    public const string FieldValueNotSupported = "FieldValueNotSupported";
    public const string FieldValueRequired = "FieldValueRequired";
    public const string TooLong = "FieldValueTooLong";
    public const string TooMany = "FieldValueTooMany";
    public const string TypeInvalid = "FieldValueTypeInvalid";
    public const string Internal = "InternalError";
    public const string Vcorev1NamespaceTerminatingCause = "NamespaceTerminating";
    public const string ResourceVersionTooLarge = "ResourceVersionTooLarge";
    public const string UnexpectedServerResponse = "UnexpectedServerResponse";
}
