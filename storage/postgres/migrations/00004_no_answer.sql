-- +goose Up

-- Why a delivery's last attempt got no answer, in one word. Until now that was read from the error,
-- in the words of that time.
ALTER TABLE deliveries ADD COLUMN no_answer text NOT NULL DEFAULT '';
UPDATE deliveries SET no_answer = CASE error_class
    WHEN 'connect' THEN CASE WHEN encode(error, 'escape') ILIKE '%connection refused%' THEN 'refused' ELSE 'route' END
    WHEN 'transport' THEN CASE
        WHEN encode(error, 'escape') ILIKE '%cancelled%' THEN ''
        WHEN encode(error, 'escape') ILIKE ANY (ARRAY['%closed%', '%reset%']) THEN 'closed'
        ELSE 'broken' END
    WHEN 'certificate' THEN 'tls'
    WHEN 'refused' THEN 'guard'
    WHEN 'receiver' THEN 'off'
    ELSE error_class END
WHERE code = 0 AND error_class NOT IN ('', 'status');
