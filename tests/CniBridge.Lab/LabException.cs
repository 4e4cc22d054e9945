namespace CniBridge.Lab;

/// <summary>A program of the lab did not do what it should; the message is all that is known.</summary>
sealed class LabException(string message) : Exception(message);
